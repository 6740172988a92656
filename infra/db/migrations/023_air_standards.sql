-- Air quality standards of the city's own, beside those that every city has (model/air-quality/standards/).
alter table city add column air_standards jsonb not null default '[]';

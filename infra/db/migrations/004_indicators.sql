-- Reported values (city statistics), every version kept: the newest row of a key is the value.
create table reported_value (
  id           bigint generated always as identity primary key,
  code         text not null,
  data_point   text not null default '',
  zone_key     text not null default '',
  period       text not null,
  numerator    float8,
  denominator  float8,
  -- absent: the engine computes it from numerator and denominator by the indicator's own formula
  value        float8,
  unit         text not null,
  source       text not null,
  -- one of the six data qualities of the U4SSC collection methodology
  data_quality text not null,
  verified     boolean not null default false,
  note         text not null default '',
  simulated    boolean not null default false,
  recorded_by  text not null,
  recorded_at  timestamptz not null default now(),
  check (value is not null or (numerator is not null and denominator is not null))
);
create index on reported_value (code, period, zone_key, data_point, id desc);

-- Surveys: the codebook is public, the answers are not. They live in a schema of their own; only estimates leave it.
create table survey (
  id          text primary key,
  -- json, not jsonb: answers stand in the order of the codebook, and jsonb forgets it
  codebook    json not null,
  respondents int not null,
  imported_at timestamptz not null default now()
);
create schema microdata;
create table microdata.response (
  survey_id  text not null references survey on delete cascade,
  respondent text not null,
  weight     float8 not null check (weight > 0),
  stratum    text not null default '',
  cluster    text not null default '',
  zone_key   text,
  answers    jsonb not null,
  primary key (survey_id, respondent)
);

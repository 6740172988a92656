-- What the city itself wants to reach, beside the benchmarks of the catalogue: every version kept, the newest row of a key
-- is the goal. A row without benchmark and target takes the goal back.
create table indicator_goal (
  id               bigint generated always as identity primary key,
  code             text not null,
  data_point       text not null default '',
  benchmark        float8,
  target           float8,
  target_year      int,
  -- year of the value that progress is counted from
  baseline_year    int,
  source           text not null default '',
  recorded_by      text not null,
  recorded_at      timestamptz not null default now(),
  check ((target is null) = (target_year is null)),
  check (baseline_year is null or target_year is null or baseline_year < target_year)
);
create index on indicator_goal (code, data_point, id desc);

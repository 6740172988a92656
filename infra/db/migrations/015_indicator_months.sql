-- What indicators take from every hour of a calendar month (local to the city), kept so that a year is put together from twelve
-- of them. `fingerprint` says of which rows it was made: of the daily rollup of that month, of the Datastreams, of the
-- formula. Where it differs from what is there now, the month is computed anew, and no other.
create table indicator_month (
  family      text not null,
  month       text not null,
  fingerprint text not null,
  rows        jsonb not null,
  computed_at timestamptz not null default now(),
  primary key (family, month)
);

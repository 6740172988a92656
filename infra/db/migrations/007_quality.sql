-- Quality control over what is stored: which rules judged it, how far, and what has to be judged again.

-- Every version of the rules that was in force here, with its data: thresholds, months, corrections.
create table quality_rules (
  version    int primary key,
  rules      jsonb not null,
  applied_at timestamptz not null default now()
);

-- Observations before `through` were judged from the database. One worker at a time goes on from there: the one that
-- holds the lease. A lease and not a lock of the session: it works on the embedded database too, which has one session.
create table quality_progress (
  id          smallint primary key default 1 check (id = 1),
  through     timestamptz not null default date_trunc('hour', now()),
  holder      uuid,
  lease_until timestamptz not null default '-infinity',
  updated_at  timestamptz not null default now()
);
insert into quality_progress default values;

-- Days (UTC) to be judged again: late data, new rules. One row for each batch that brought late data, without a key: so
-- writers never wait for each other, and what is written while a day is being judged stays for the next time.
create table quality_due (
  day date not null,
  at  timestamptz not null default now()
);

-- What operators write down for those who follow them (docs/alerting.md, "Shift log"). Entries are added, never changed; a
-- hand-over is accepted once, and a text can be erased.
create table shift_entry (
  id               bigint generated always as identity primary key,
  kind             text not null check (kind in ('note', 'handover')),
  -- what the entry is about happened then
  at               timestamptz not null,
  written_at       timestamptz not null,
  -- The name of an author is that of the account, so it goes with the account.
  author_account   bigint references account on delete set null,
  -- account, token or key, and the role it had: what remains of an author
  author_kind      text not null,
  author_role      text not null,
  -- null once it is erased
  text             text,
  erased_at        timestamptz,
  -- of a hand-over
  accepted_at      timestamptz,
  accepted_account bigint references account on delete set null,
  accepted_kind    text,
  accepted_role    text,
  check ((text is null) = (erased_at is not null)),
  check ((accepted_at is null) = (accepted_role is null)),
  check (accepted_at is null or kind = 'handover')
);
create index on shift_entry (author_account);
create index on shift_entry (accepted_account);
create index on shift_entry (id) where kind = 'handover';

-- Incidents that an entry is about; of a hand-over those that were open, as they were then.
create table shift_entry_incident (
  entry_id    bigint not null references shift_entry on delete cascade,
  incident_id bigint not null references incident on delete cascade,
  severity    text not null,
  condition   text not null,
  handling    text not null,
  primary key (entry_id, incident_id)
);
create index on shift_entry_incident (incident_id);

-- Rises with every change, in its transaction: pages read the log again when it does.
create table shift_log_revision (
  id       smallint primary key default 1 check (id = 1),
  revision bigint not null default 0
);
insert into shift_log_revision default values;

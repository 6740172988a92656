-- Credentials with which a device authenticates to the broker, and the topics it may publish.
create table device_credential (
  id         int generated always as identity primary key,
  thing_id   int not null references thing on delete cascade,
  username   text not null unique,
  -- PBKDF2-SHA512 of a random secret of 256 bits, as a password file of Mosquitto has it: $7$<iterations>$<salt>$<hash>
  secret     text not null,
  topics     text[] not null,
  note       text not null default '',
  who        text not null,
  created_at timestamptz not null default now()
);
create index on device_credential (thing_id);

-- Who may sign in, with what, and what they may do (docs/access.md). Secrets that Citywell only has to recognise (session ids,
-- tokens, recovery codes) are stored as SHA-256: they are random, so nothing slower is needed. Passwords are stored as scrypt.
create table account (
  id                  bigint generated always as identity primary key,
  name                text not null unique check (name = lower(name) and length(name) between 1 and 100),
  role                text not null check (role in ('viewer', 'analyst', 'operator', 'registrar', 'administrator', 'auditor')),
  -- where it may change Things: in these zones, or of these owners; both null: everywhere
  zones               text[],
  owners              text[],
  -- PHC string of scrypt; null: signs in at the identity provider only
  password            text,
  password_changed_at timestamptz,
  -- set by somebody else: to be changed at the first sign-in
  password_temporary  boolean not null default false,
  totp_secret         bytea,
  -- null: the secret is being set up
  totp_enabled_at     timestamptz,
  -- of the last code that was accepted: a code works once (RFC 6238, 5.2)
  totp_step           bigint,
  -- subject at the identity provider
  oidc_issuer         text,
  oidc_subject        text,
  disabled            boolean not null default false,
  created_at          timestamptz not null default now(),
  signed_in_at        timestamptz,
  check ((zones is null) = (owners is null)),
  check ((oidc_issuer is null) = (oidc_subject is null)),
  unique (oidc_issuer, oidc_subject)
);

create table recovery_code (
  account_id bigint not null references account on delete cascade,
  hash       bytea not null,
  used_at    timestamptz,
  primary key (account_id, hash)
);

-- account_id is null for whoever signed in with the key; a session ends when the key is another one.
create table session (
  hash         bytea primary key,
  account_id   bigint references account on delete cascade,
  key_digest   bytea,
  created_at   timestamptz not null,
  last_used_at timestamptz not null,
  expires_at   timestamptz not null,
  -- what its owner recognises it by: browser and system
  device       text not null default '',
  -- of the identity provider, for signing out there
  id_token     text,
  check ((account_id is null) <> (key_digest is null))
);
create index session_account on session (account_id);
create index session_expiry on session (expires_at);

create table service_token (
  id           bigint generated always as identity primary key,
  name         text not null check (length(name) between 1 and 100),
  hash         bytea not null unique,
  role         text not null check (role in ('viewer', 'analyst', 'operator', 'registrar', 'administrator', 'auditor')),
  -- fewer than the role has; null: all of it
  permissions  text[],
  zones        text[],
  owners       text[],
  created_by   bigint references account on delete set null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  check ((zones is null) = (owners is null))
);

-- What the city answers to a comment, for whoever has the code of the voice. Deleted with the voice.
alter table voice
  add column reply text check (length(reply) <= 500),
  add column replied_on date,
  add check ((reply is null) = (replied_on is null));

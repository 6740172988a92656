-- Values of other cities, of the city pack (peers.csv): each load replaces them.
create table peer_value (
  code       text not null,
  data_point text not null default '',
  city       text not null,
  year       text not null check (year ~ '^[12][0-9]{3}$'),
  value      double precision not null,
  source     text not null,
  primary key (code, data_point, year, city)
);

/** Days of hourly history. */
export const DAYS = 10
/** A small city with a row in most tables, as statements for the oldest released schema; every later one still takes them. */
export const DATA = [
  `insert into city (pack) values ('{"name": "Old Town", "population": 1000}')`,
  `insert into zone (key, name, population, households, income, area_km2, geometry) values
     ('north', 'North', 600, 250, 2000, 1.5, '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}')`,
  `insert into thing (key, name, domain, kind, grade, geometry, lon, lat, zone_id, expected_interval_s, verified, attributes)
     select 'air-1', 'Air 1', 'air', 'air_station', 'reference', '{"type": "Point", "coordinates": [0.5, 0.2]}', 0.5, 0.2, id, 3600,
            true, '{"siting": "background"}' from zone`,
  `insert into thing_device (device, thing_id) select 'native:air-1', id from thing`,
  `insert into datastream (thing_id, property, unit)
     select id, p.name, p.unit from thing, (values ('pm2_5', 'ug/m3'), ('wind_direction', 'deg'), ('energy', 'kW.h'), ('sound_level', 'dB')) p (name, unit)`,
  `insert into observation (datastream_id, phenomenon_time, result, quality)
     select d.id, date_trunc('hour', now()) - hours * interval '1 hour', 20 + hours % 7 + d.id, 1
     from datastream d, generate_series(1, ${DAYS} * 24) hours`,
  `insert into latest_observation (datastream_id, phenomenon_time, result, quality)
     select distinct on (datastream_id) datastream_id, phenomenon_time, result, quality from observation
     order by datastream_id, phenomenon_time desc`,
  `insert into mobile_observation (datastream_id, phenomenon_time, result, quality, lon, lat, cell)
     select id, now(), -90, 1, 0.5, 0.2, 0 from datastream limit 1`,
  `insert into ingest_ledger (run, source, received, stored, observations_stored)
     values ('6ecd8c99-4036-403d-bf84-cf8400f67836', 'native', ${DAYS * 24}, ${DAYS * 24}, ${DAYS * 24 * 4 + 1})`,
  `insert into thing_ledger (thing_id, day, messages, stored) select id, current_date, 1, ${DAYS * 24 * 4 + 1} from thing`,
  `insert into rejected_message (source, topic, payload, reason, full_bytes) values ('native', 'city/air/x', '\\x7b', 'not_json', 1)`,
  `insert into reported_value (code, period, value, unit, source, data_quality, recorded_by)
     values ('EC:ICT:ICT:1C', '2025', 80, '%', 'census', 'measured', 'clerk')`,
  `insert into survey (id, codebook, respondents) values ('poll', '{"id": "poll", "b": 1, "a": 2}', 1)`,
  `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ('poll', 'r1', 2.5, 'north', '{"q": 1}')`,
  `insert into indicator_goal (code, target, target_year, recorded_by) values ('EC:ICT:ICT:1C', 95, 2030, 'clerk')`,
  `insert into registry_change (who, action, subject) values ('clerk', 'change', 'air-1')`,
  `insert into calibration (thing_id, property, valid_from, gain, "offset") select id, 'pm2_5', now(), 1.1, 0 from thing`,
]

-- Run once by the PostgreSQL image on an empty volume: who owns what.
-- hongxiu_owner makes the application's role itself, in the migrations.
\set ON_ERROR_STOP on
\getenv owner_password HONGXIU_OWNER_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

CREATE ROLE hongxiu_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE DATABASE hongxiu OWNER hongxiu_owner;

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

-- The database of one service, its two roles and what they may do. Run by `prepare`, again as often as wanted.
--
-- The owner makes and changes the tables (migrations); the role that the service runs as reads and writes their rows.
-- Which rows of which tables it may change or delete is narrowed by the migration job, from what the service's tables say.
\set ON_ERROR_STOP on
\set QUIET on
\getenv database KITH_DATABASE
\getenv run_password KITH_RUN_PASSWORD
\getenv owner_password KITH_OWNER_PASSWORD
\set run :database
\set owner :database _owner

-- No password in the server's log: not every administrator may say so, and then the server's own setting decides.
SELECT set_config('log_statement', 'none', false), set_config('log_min_error_statement', 'panic', false),
       set_config('log_min_duration_statement', '-1', false)
 WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \g (format=unaligned) /dev/null
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[:'run', :'owner']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"run" PASSWORD :'run_password';
ALTER ROLE :"owner" PASSWORD :'owner_password';
-- Only a member of a role may hand things to it.
SELECT format('GRANT %I TO CURRENT_USER', :'owner')
 WHERE NOT pg_has_role(current_user, :'owner', 'USAGE') \gexec

SELECT format('CREATE DATABASE %I ENCODING ''UTF8'' TEMPLATE template0', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"run", :"owner";

-- No row's content in the server's log (what fails quotes it), whatever the server's own settings are.
SELECT format('ALTER DATABASE %I SET %I = %L', :'database', name, value)
  FROM (VALUES ('log_error_verbosity', 'terse'), ('log_min_error_statement', 'panic'),
               ('log_parameter_max_length', '0'), ('log_parameter_max_length_on_error', '0')) AS quiet (name, value)
 WHERE has_parameter_privilege(name, 'SET') \gexec
SELECT bool_or(NOT has_parameter_privilege(name, 'SET')) AS missing
  FROM unnest(ARRAY['log_error_verbosity', 'log_min_error_statement', 'log_parameter_max_length',
                    'log_parameter_max_length_on_error']) AS name \gset
\if :missing
\warn :database is logged as the server has it, since this administrator may not say how: see "The log" in deploy/postgres/README.md
\endif

\connect :"database"
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"run";

-- What later migrations make.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO :"run";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE ON SEQUENCES TO :"run";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO :"run";

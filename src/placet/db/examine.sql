-- name: facts
-- The server, the login, the role it works as, and whether what is acknowledged is durable.
select current_setting('server_version') as version,
       session_user::text as login,
       (select rolsuper from pg_roles where rolname = session_user) as login_is_superuser,
       current_user::text as role,
       (select rolsuper from pg_roles where rolname = current_user) as role_is_superuser,
       ((select count(*) from pg_class c
         where c.relnamespace = 'public'::regnamespace and pg_has_role(current_user, c.relowner, 'usage'))
        + (select count(*) from pg_proc p
           where p.pronamespace = 'public'::regnamespace and pg_has_role(current_user, p.proowner, 'usage')))::int as owned,
       current_setting('fsync')::boolean as fsync,
       current_setting('synchronous_commit') <> 'off' as synchronous_commit;

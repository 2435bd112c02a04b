#!/bin/bash
# Makes the databases and users of MySQL as schema/access.toml has them; run again, it makes them so again.
#
# usage: users-mysql.sh [options of the mysql client, such as --host=db or --socket=/run/mysqld/mysqld.sock]
# SECRETS is the folder with mysql-root, the administrator's password, and mysql-NAME, that of each user.
# STATEMENTS is schema/access/mysql.sql.
set -euo pipefail

secrets=${SECRETS:-/run/secrets}
statements=${STATEMENTS:-/access/mysql.sql}

MYSQL_PWD=$(cat "$secrets/mysql-root")
export MYSQL_PWD

{
    for file in "$secrets"/mysql-*; do
        name=${file##*/mysql-}
        [ "$name" != root ] || continue
        # As digits, so that no letter of a password means anything to SQL.
        digits=$(tr -d '\r\n' <"$file" | od -An -v -tx1 | tr -d ' \n')
        echo "SET @${name}_password = CONVERT(X'$digits' USING utf8mb4);"
    done
    cat "$statements"
} | mysql --user=root "$@"
echo "the users of MySQL are as in access.toml"

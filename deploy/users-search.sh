#!/bin/bash
# Makes the roles and users of the search engine as schema/access.toml has them; run again, it makes them so again.
#
# usage: users-search.sh elasticsearch|opensearch URL
# SECRETS is the folder with search-admin, the administrator's password, and search-NAME, that of each user.
# ROLES is schema/access, with a folder of roles for each engine.
set -euo pipefail

engine=$1
url=${2%/}
secrets=${SECRETS:-/run/secrets}
roles=${ROLES:-/access}/$engine

case $engine in
elasticsearch)
    admin=elastic
    api=_security role=role user=user
    ;;
opensearch)
    admin=admin
    api=_plugins/_security/api role=roles user=internalusers
    ;;
*)
    echo "the engine is elasticsearch or opensearch, not $engine" >&2
    exit 2
    ;;
esac

# A secret as it stands between double quotes.
quoted() {
    tr -d '\r\n' <"$1" | sed 's/[\\"]/\\&/g'
}

# put PATH, with the body on standard input. No secret is among the arguments, where others could see it.
put() {
    curl --silent --show-error --fail-with-body --output /dev/stderr --request PUT --data-binary @- \
        --header 'content-type: application/json' \
        --config <(printf 'user = "%s:%s"\n' "$admin" "$(quoted "$secrets/search-admin")") \
        "$url/$api/$1" 2> >(grep -v '^{"\(role\|created\|status\)' >&2)
}

for file in "$roles"/*.json; do
    name=$(basename "$file" .json)
    put "$role/$name" <"$file"
    password=$(quoted "$secrets/search-$name")
    case $engine in
    elasticsearch)
        put "$user/$name" <<<"{\"password\": \"$password\", \"roles\": [\"$name\"]}"
        ;;
    opensearch)
        put "$user/$name" <<<"{\"password\": \"$password\"}"
        put "rolesmapping/$name" <<<"{\"users\": [\"$name\"]}"
        ;;
    esac
    echo "$engine: $name may do what access.toml says"
done

#!/bin/sh
# Makes the secrets that compose.yaml names and that are not there yet: random ones, one file each. Those that are there stay.
#
# usage: deploy/make-secrets.sh FOLDER
set -eu

folder=${1:?usage: deploy/make-secrets.sh FOLDER}
compose=$(dirname "$0")/../compose.yaml

# The folder keeps others out; the containers, each of another user, get single files of it and have to read them.
mkdir -p "$folder"
chmod 700 "$folder"
for name in $(sed -n 's|^ *file: ${KNLAB_SECRETS[^}]*}/||p' "$compose"); do
    [ ! -e "$folder/$name" ] || continue
    od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$name"
    chmod 444 "$folder/$name"
    echo "made $folder/$name"
done

#!/bin/sh
# Temporal's two databases, at the schema of the image: an update; a first set-up where there is none yet.
set -eu

tool() {
    database=$1
    shift
    temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$database" "$@"
}

bring_up_to_date() {
    versions=/etc/temporal/schema/postgresql/v12/$2/versioned
    tool "$1" update-schema -d "$versions" && return
    tool "$1" setup-schema -v 0.0
    tool "$1" update-schema -d "$versions"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility

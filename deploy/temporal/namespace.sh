#!/bin/sh
# The namespace that cases live in. Closed cases stay in Temporal's pages for the retention; the log keeps them.
set -eu

until temporal operator cluster health; do
    sleep 2
done
temporal operator namespace describe -n default || temporal operator namespace create -n default --retention 90d

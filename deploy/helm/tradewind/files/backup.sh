# Dump the database into a file, and let dumps go that are older than some days: KEEP_DAYS FOLDER.
set -eu
keep_days=$1 folder=$2
umask 077
PGPASSWORD=$(cat "${TRADEWIND_SECRETS_DIR:-/etc/tradewind/secrets}/tradewind_database_password")
export PGPASSWORD
dump=$folder/tradewind-$(date -u +%Y%m%dT%H%M%SZ).dump
# Under another name until it is whole, and it is whole when its table of contents can be read.
pg_dump --format=custom --compress=6 --file="$dump.part"
pg_restore --list "$dump.part" >/dev/null
mv "$dump.part" "$dump"
find "$folder" -name 'tradewind-*.dump*' -mtime "+$keep_days" -delete
echo "wrote $dump"

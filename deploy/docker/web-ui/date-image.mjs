// Make the web terminal's part of the image the same each time: put the bill of materials in without
// the number and date that npm gives it, and date everything by the commit.
// Usage: date-image.mjs BILL TARGET SECONDS, where the seconds are since 1970.
import fs from "node:fs";
import path from "node:path";

const IMAGE = "/image";
const [bill, target, seconds] = process.argv.slice(2);
const epoch = Number(seconds);

const told = JSON.parse(fs.readFileSync(bill, "utf8"));
delete told.serialNumber;
told.metadata.timestamp = new Date(epoch * 1000).toISOString();
fs.writeFileSync(target, `${JSON.stringify(told, null, 2)}\n`);

for (const name of ["", ...fs.readdirSync(IMAGE, { recursive: true })]) {
  fs.utimesSync(path.join(IMAGE, name), epoch, epoch);
}

// The mongo image runs this once, on an empty data folder: the user of the services, who may use their database alone.
const password = require('fs').readFileSync('/run/muster/mongo/muster-password', 'utf8').trim();
db.getSiblingDB('muster').createUser({
  user: 'muster',
  pwd: password,
  roles: [{ role: 'readWrite', db: 'muster' }],
});

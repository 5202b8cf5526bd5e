// A device in Microsoft's SDK for Node: registers, sends, reports, answers, uploads, and comes back by itself.

const { createHmac } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Readable } = require('node:stream');
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Client, Message } = require('azure-iot-device');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
const { X509Security } = require('azure-iot-security-x509');

const { HUB, ID_SCOPE, REG_ID, GROUP_KEY, CERT, CERT_KEY } = process.env;
const transport = 'WS' in process.env ? 'MqttWs' : 'Mqtt';
const { [transport]: ToProvisioning } = require('azure-iot-provisioning-device-mqtt');
const { [transport]: ToHub } = require('azure-iot-device-mqtt');

const key = createHmac('sha256', Buffer.from(GROUP_KEY, 'base64')).update(REG_ID).digest('base64');
const certificate = CERT && { cert: readFileSync(CERT, 'utf8'), key: readFileSync(CERT_KEY, 'utf8') };

function expect(found, wanted, what) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  }
}

// What a test sends; each counts once until `all` begins again.
const came = { method: () => {}, patch: () => {}, message: () => {} };
const all = () => Promise.all(Object.keys(came).map((name) => new Promise((done) => (came[name] = done))));

async function registered() {
  const security = certificate
    ? new X509Security(REG_ID, certificate)
    : new SymmetricKeySecurityClient(REG_ID, key);
  const client = ProvisioningDeviceClient.create(HUB, ID_SCOPE, new ToProvisioning(), security);
  client.setProvisioningPayload({ modelId: 'dtmi:com:example:Thermostat;1' });
  const result = await client.register();
  expect([result.status, result.deviceId], ['assigned', REG_ID], 'the registration');
  return result;
}

async function main() {
  const { assignedHub, deviceId } = await registered();
  const proof = certificate ? 'x509=true' : `SharedAccessKey=${key}`;
  const client = Client.fromConnectionString(`HostName=${assignedHub};DeviceId=${deviceId};${proof}`, ToHub);
  if (certificate) await client.setOptions(certificate);
  await client.open();

  const message = new Message(JSON.stringify({ temperature: 21.5 }));
  message.contentType = 'application/json';
  message.contentEncoding = 'utf-8';
  message.properties.add('$.sub', 'thermostat1');
  message.properties.add('level', 'hi & low/é +');
  await client.sendEvent(message);

  const twin = await client.getTwin();
  await new Promise((done, failed) => {
    twin.properties.reported.update({ fw: '1.2' }, (error) => (error ? failed(error) : done()));
  });
  expect((await twin.get()).properties.reported.fw, '1.2', 'what was reported');

  let both = all();
  twin.on('properties.desired.target', () => came.patch());
  client.onDeviceMethod('reboot', (request, response) => {
    expect(request.payload, { in: 5 }, 'the request');
    response.send(200, { ok: request.payload }, () => came.method());
  });
  client.on('message', (letter) => {
    expect([letter.data.toString(), letter.properties.getValue('level')], ['hello', 'hi & low/é +'], 'the message');
    client.complete(letter, () => came.message());
  });
  console.log('READY');
  await both;

  if (!certificate) {
    const body = Buffer.from('what the device has written down');
    await client.uploadToBlob('a b.txt', Readable.from([body]), body.length);
  }
  both = all();
  console.log('DROP');
  if ('RECONNECT' in process.env) await both;
  await client.close();
  console.log('PASS');
}

const late = new Promise((_, failed) => setTimeout(() => failed(new Error('too late')), 140_000));
Promise.race([main(), late]).then(
  () => process.exit(0),
  (error) => {
    console.log('FAIL', error.stack ?? error);
    process.exit(1);
  },
);

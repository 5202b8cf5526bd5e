// The `mqtt` client of npm, led by a test: takes commands and tells what happens, a JSON object a line each.

const readline = require('node:readline');
const mqtt = require('mqtt');

const [port, version] = process.argv.slice(2);
const v5 = version === '5';
const clients = new Map();

function say(of, event, more = {}) {
  process.stdout.write(`${JSON.stringify({ of, event, ...more })}\n`);
}

function connect(command) {
  const { of, id, user, password, keepalive = 60, will, properties } = command;
  const client = mqtt.connect({
    host: '127.0.0.1',
    port: Number(port),
    protocolId: 'MQTT',
    protocolVersion: v5 ? 5 : 4,
    clientId: id,
    username: user,
    password,
    keepalive,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    ...(will && { will: { topic: will.topic, payload: will.body, qos: will.qos } }),
    ...(v5 && { properties: properties ?? {} }),
  });
  const state = { client, hold: false, held: [], unsent: [], numbers: new Map(), end: {} };
  clients.set(of, state);
  // What is acknowledged can be kept back; the client itself always acknowledges at once.
  const send = client._sendPacket.bind(client);
  client._sendPacket = (packet, done, ...more) => {
    if (state.hold && packet.cmd === 'puback') {
      state.held.push(packet);
      done?.();
    } else {
      send(packet, done, ...more);
    }
  };
  state.release = () => {
    state.hold = false;
    state.held.splice(0).forEach((packet) => send(packet));
  };
  client.on('packetsend', (packet) => {
    if (packet.cmd === 'publish' && packet.qos > 0) state.numbers.set(packet.messageId, state.unsent.shift());
  });
  client.on('packetreceive', (packet) => received(of, state, packet));
  client.on('close', () => say(of, 'closed', { code: null, properties: {}, ...state.end }));
  // What it finds wrong is told by the packet or by the end that goes with it.
  client.on('error', () => {});
}

function received(of, state, packet) {
  const properties = { ...packet.properties };
  const code = packet.reasonCode ?? packet.returnCode ?? 0;
  switch (packet.cmd) {
    case 'connack':
      return say(of, 'connack', { code, session: packet.sessionPresent, properties });
    case 'puback':
      return say(of, 'puback', { n: state.numbers.get(packet.messageId), code, properties });
    case 'suback':
      return say(of, 'suback', { codes: packet.granted.map(Number), properties });
    case 'publish': {
      const { topic, qos } = packet;
      return say(of, 'message', { topic, body: packet.payload.toString(), qos, properties });
    }
    case 'pingresp':
      return say(of, 'pong');
    case 'disconnect':
      state.end = { code, properties };
  }
}

function publish(state, { of, topic, body, qos, n, properties }) {
  if (qos > 0) state.unsent.push(n);
  state.client.publish(topic, body, { qos, ...(v5 && properties && { properties }) }, (error) => {
    if (error && error.code === undefined) say(of, 'impossible', { why: error.message });
  });
}

const actions = {
  publish,
  subscribe: ({ client }, { filters }) => client.subscribe(filters, { qos: 1 }, () => {}),
  disconnect: ({ client }) => client.end(),
  drop: ({ client }) => client.stream.destroy(),
  hold: (state) => (state.hold = true),
  release: (state) => state.release(),
};

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line);
  if (command.do === 'connect') connect(command);
  else actions[command.do](clients.get(command.of), command);
}).on('close', () => process.exit());

"""Eclipse's client for Python, led by a test: takes commands and tells what happens, a JSON object a line each.

Works with paho-mqtt 1 (as Debian has it) and 2. Properties go by the names that the npm client gives them.
"""

import json
import socket
import sys
import threading

# Where Debian keeps it; a Python of one's own does not look there.
sys.path.append("/usr/lib/python3/dist-packages")

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCodes
from paho.mqtt.subscribeoptions import SubscribeOptions

PORT, V5 = int(sys.argv[1]), sys.argv[2] == "5"
SAY = threading.Lock()


def say(of, event, **more):
    with SAY:
        print(json.dumps({"of": of, "event": event, **more}), flush=True)


def to_paho(kind, given):
    if not V5 or not given:
        return None
    properties = Properties(kind)
    for name, value in given.items():
        if name == "userProperties":
            properties.UserProperty = list(value.items())
        else:
            setattr(properties, name[0].upper() + name[1:], value)
    return properties


def from_paho(properties):
    if properties is None or not hasattr(properties, "json"):
        return {}
    given = {name[0].lower() + name[1:]: value for name, value in properties.json().items()}
    if "userProperty" in given:
        given["userProperties"] = dict(given.pop("userProperty"))
    return given


def number(code):
    """Of a reason code of MQTT 5, or a return code of 3.1.1."""
    return getattr(code, "value", code)


class Client(mqtt.Client):
    """Tells more than the callbacks of paho-mqtt 1 do, and keeps acknowledgements back when it is told to."""

    def open(self, command):
        self.name, self.hold, self.held, self.numbers = command["of"], False, [], {}
        self.publishing = threading.Lock()
        self.on_connect, self.on_disconnect = connected, disconnected
        self.on_message, self.on_subscribe = message, subscribed
        self.username_pw_set(command["user"], command["password"])
        self.max_inflight_messages_set(100)
        will = command.get("will")
        if will:
            self.will_set(will["topic"], will["body"], will["qos"])
        more = {}
        if V5:
            more = {"clean_start": True, "properties": to_paho(PacketTypes.CONNECT, command.get("properties"))}
        self.connect("127.0.0.1", PORT, command.get("keepalive", 60), **more)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        # Unlike its own thread, this doesn't connect again.
        while self.loop(1.0) == mqtt.MQTT_ERR_SUCCESS:
            pass

    def _send_puback(self, mid):
        if self.hold:
            self.held.append(mid)
            return mqtt.MQTT_ERR_SUCCESS
        return super()._send_puback(mid)

    def release(self):
        self.hold = False
        for mid in self.held:
            super()._send_puback(mid)

    def _handle_pingresp(self):
        say(self.name, "pong")
        return super()._handle_pingresp()

    def _handle_pubackcomp(self, cmd):
        packet, code, properties = bytes(self._in_packet["packet"]), 0, None
        if len(packet) > 2:
            reason = ReasonCodes(PacketTypes.PUBACK)
            reason.unpack(packet[2:])
            code = reason.value
        if len(packet) > 3:
            properties = Properties(PacketTypes.PUBACK)
            properties.unpack(packet[3:])
        with self.publishing:
            n = self.numbers[int.from_bytes(packet[:2], "big")]
        say(self.name, "puback", n=n, code=code, properties=from_paho(properties))
        return super()._handle_pubackcomp(cmd)


def connected(client, _, flags, code, properties=None):
    session = bool(flags["session present"])
    say(client.name, "connack", code=number(code), session=session, properties=from_paho(properties))


def disconnected(client, _, code=None, properties=None):
    code = number(code) if V5 and code is not None and hasattr(code, "value") else None
    say(client.name, "closed", code=code, properties=from_paho(properties))


def message(client, _, got):
    properties = from_paho(getattr(got, "properties", None))
    say(client.name, "message", topic=got.topic, body=got.payload.decode(), qos=got.qos, properties=properties)


def subscribed(client, _, mid, codes, properties=None):
    say(client.name, "suback", codes=[number(code) for code in codes], properties=from_paho(properties))


CLIENTS = {}


def connect(command):
    version = mqtt.MQTTv5 if V5 else mqtt.MQTTv311
    more = {} if V5 else {"clean_session": True}
    if hasattr(mqtt, "CallbackAPIVersion"):
        more["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
    client = Client(client_id=command["id"], protocol=version, **more)
    CLIENTS[command["of"]] = client
    client.open(command)


def publish(client, command):
    properties = to_paho(PacketTypes.PUBLISH, command.get("properties"))
    # Not held while an acknowledgement is told, which may come before its number is noted.
    with client.publishing:
        info = client.publish(command["topic"], command["body"], command["qos"], properties=properties)
        client.numbers[info.mid] = command.get("n")


def subscribe(client, command):
    entries = [(f, SubscribeOptions(qos=1) if V5 else 1) for f in command["filters"]]
    client.subscribe(entries)


ACTIONS = {
    "publish": publish,
    "subscribe": subscribe,
    "disconnect": lambda client, _: client.disconnect(),
    "drop": lambda client, _: client.socket().shutdown(socket.SHUT_RDWR),
    "hold": lambda client, _: setattr(client, "hold", True),
    "release": lambda client, _: client.release(),
}

for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "connect":
        connect(command)
    else:
        try:
            ACTIONS[command["do"]](CLIENTS[command["of"]], command)
        except ValueError as why:
            say(command["of"], "impossible", why=str(why))

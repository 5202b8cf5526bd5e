# A device that proves by a certificate who it is, in Microsoft's SDK for Python: from its registration to a file.
import asyncio, os
from azure.iot.device import X509, Message
from azure.iot.device.aio import IoTHubDeviceClient as H, ProvisioningDeviceClient as P
HOST, SCOPE, RID = (os.environ[k] for k in ("HUB", "ID_SCOPE", "REG_ID"))
KW = dict(server_verification_cert=open(os.environ["CA"]).read(), websockets="WS" in os.environ)
CARD = X509(cert_file=os.environ["CERT"], key_file=os.environ["CERT_KEY"])
async def main():
    p = P.create_from_x509_certificate(provisioning_host=HOST, registration_id=RID, id_scope=SCOPE, x509=CARD, **KW)
    r = await asyncio.wait_for(p.register(), 40); assert r.status == "assigned", r.status
    s = r.registration_state
    c = H.create_from_x509_certificate(x509=CARD, hostname=s.assigned_hub, device_id=s.device_id, **KW)
    await asyncio.wait_for(c.connect(), 20)
    await c.send_message(Message('{"temperature":21.5}', content_type="application/json", content_encoding="utf-8"))
    t = await c.get_twin(); assert "$version" in t["desired"] and "$version" in t["reported"]
    f = await c.get_storage_info_for_blob("a.txt"); await c.notify_blob_upload_status(f["correlationId"], True, 200, "OK")
    await c.shutdown(); print("PASS", flush=True)
try: asyncio.run(asyncio.wait_for(main(), 120)); rc = 0
except BaseException as e: print("FAIL", repr(e), flush=True); rc = 1
os._exit(rc)   # The SDK's threads are no daemons.

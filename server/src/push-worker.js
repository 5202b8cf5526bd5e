// Shows what a rule has found while no page of Homeport is open. The text was encrypted for this browser alone.
self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data ? event.data.json() : {};
  } catch {
    // Something that isn't ours.
  }
  const options = { body: told.body || "", tag: told.tag || "homeport", data: { url: told.url || "/" } };
  event.waitUntil(self.registration.showNotification(told.title || "Homeport", options));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  if (url.origin !== self.location.origin) return;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => {
      const there = open.find((page) => page.url === url.href);
      return there ? there.focus() : self.clients.openWindow(url.href);
    }),
  );
});

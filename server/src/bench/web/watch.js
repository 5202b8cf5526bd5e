// Put into every page before its own script: notes when tiles first show something, and how long frames take.
(() => {
  const seen = { first: null, all: null, text: {} };
  window.__bench = seen;
  const bodies = () => document.querySelectorAll('.board-tile .board-body');
  const filled = (body) => body.childElementCount > 0 && !body.querySelector('.skeleton');
  const look = () => {
    const all = [...bodies()];
    const done = all.filter(filled).length;
    if (seen.first === null && done > 0) seen.first = performance.now();
    if (seen.all === null && all.length > 0 && done === all.length) seen.all = performance.now();
    for (const word of Object.keys(seen.text)) {
      if (seen.text[word] === null && document.body.textContent.includes(word)) seen.text[word] = Date.now();
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
  document.addEventListener('DOMContentLoaded', look);
  window.__waitFor = (word) => { seen.text[word] = null; };
  // From now until an answer to this function has come and is drawn, in milliseconds.
  window.__until = (name, act) => new Promise((done) => {
    const from = performance.now();
    const observer = new PerformanceObserver((list) => {
      if (!list.getEntries().some((entry) => entry.name.includes(name) && entry.startTime >= from)) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
    });
    observer.observe({ type: 'resource' });
    act();
    setTimeout(() => { observer.disconnect(); done(null); }, 20000);
  });
  // The times between frames over so long, in milliseconds.
  window.__frames = (ms) => new Promise((done) => {
    const times = [];
    let last = performance.now();
    const end = last + ms;
    const step = (now) => {
      times.push(now - last);
      last = now;
      if (now < end) requestAnimationFrame(step); else done(times.slice(1));
    };
    requestAnimationFrame(step);
  });
})();

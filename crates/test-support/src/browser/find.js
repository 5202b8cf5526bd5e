// Finds what a person would: by the words that stand on it. Arguments: how, name.
//   control  a button, link, tab, option or menu item, by its accessible name
//   field    an input, select or text area, by its label
//   css      the first visible element of a selector
//   read     whether the name can be read on the page (answers true or false)
// An open dialog hides the rest of the page, as it does for people.
const [how, name] = arguments;
const squeeze = (text) => (text || '').replace(/\s+/g, ' ').trim();
const wanted = squeeze(name);
const visible = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getClientRects().length > 0;
const modal = [...document.querySelectorAll('dialog[open]')].filter((d) => d.matches(':modal')).pop();
const page = modal || document.body;
const labelled = (e) => (e.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean)
  .map((id) => document.getElementById(id)?.innerText).join(' ');
const named = (e) => squeeze(e.getAttribute('aria-label') || labelled(e) || e.innerText || e.value || e.title);
const all = (selector) => [...page.querySelectorAll(selector)].filter(visible);
// The whole name first; then a name that begins so, for what carries a count or a shortcut behind it.
const best = (list, nameOf) =>
  list.find((e) => nameOf(e) === wanted) || list.find((e) => nameOf(e).startsWith(wanted)) || null;

switch (how) {
  case 'control':
    return best(all('button, a[href], summary, [role=button], [role=menuitem], [role=menuitemradio], [role=option], ' +
      '[role=tab], [role=radio], [role=switch], [role=checkbox], input[type=submit], input[type=checkbox], ' +
      'label:has(input[type=radio]), label:has(input[type=checkbox])'), named);
  case 'field': {
    const labelOf = (e) => squeeze(e.getAttribute('aria-label') || labelled(e) ||
      [...(e.labels || [])].map((l) => l.innerText).join(' ') || e.placeholder);
    return best(all('input, select, textarea'), labelOf);
  }
  case 'css':
    return all(name)[0] || null;
  case 'read': {
    // Styles may write in capitals what the page writes in small letters.
    const text = squeeze(page.innerText).toLowerCase();
    return text.includes(wanted.toLowerCase()) || all('input, textarea').some((e) => squeeze(e.value) === wanted);
  }
}
return null;

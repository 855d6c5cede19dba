// Puts the figures that the server sends into the places that name them. All texts are the server's.
const body = document.body;
const places = new Map();
for (const element of document.querySelectorAll('[data-figure]')) {
  const name = element.dataset.figure;
  places.set(name, [...(places.get(name) ?? []), element]);
}

function banner(name, visible) {
  const element = document.querySelector(`[data-banner="${name}"]`);
  if (element) {
    element.hidden = !visible;
  }
}

function show(figures) {
  banner('stream', false);
  for (const [name, text] of Object.entries(figures)) {
    if (name === 'bus') {
      banner('bus', text !== 'connected');
    } else if (name === 'shape' && text !== body.dataset.shape) {
      location.reload();
      return;
    }
    for (const element of places.get(name) ?? []) {
      const attribute = element.dataset.attribute;
      if (attribute) {
        element.setAttribute(attribute, text);
      } else {
        element.textContent = text;
      }
    }
  }
}

// A server that goes away closes the stream; one that hangs only stops sending.
let silent;
function expectMore() {
  clearTimeout(silent);
  silent = setTimeout(() => banner('stream', true), 4000);
}

const source = new EventSource(body.dataset.live);
source.addEventListener('figures', event => {
  expectMore();
  show(JSON.parse(event.data));
});
source.addEventListener('error', () => {
  banner('stream', true);
  // A browser tries a broken connection again by itself, but not one that was refused: the session may have ended.
  if (source.readyState === EventSource.CLOSED) {
    setTimeout(() => location.reload(), 5000);
  }
});
expectMore();

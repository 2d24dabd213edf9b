// Everything works without this script; it adds today's mark and the brew calculator.

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function markToday(now) {
  const row = document.querySelector(`[data-day~="${days[now.getDay()]}"]`);
  if (row === null) return;
  row.setAttribute('data-today', '');
  const status = document.querySelector('#open-now');
  if (status === null) return;
  const [from, to] = (row.dataset.hours ?? '').split('-').map(Number);
  const hour = now.getHours() + now.getMinutes() / 60;
  const isOpen = Number.isFinite(from) && hour >= from && hour < to;
  status.textContent = isOpen ? 'We are open right now. Come in.' : 'We are closed at the moment.';
}

function calculator(form) {
  const grams = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
  const update = () => {
    const water = Number(form.elements.water.value);
    const ratio = Number(form.elements.method.value);
    const valid = water > 0 && ratio > 0;
    form.elements.coffee.textContent = valid
      ? `${grams.format(water / ratio)} g of coffee`
      : 'How much water?';
  };
  form.addEventListener('input', update);
  form.addEventListener('submit', event => event.preventDefault());
  form.hidden = false;
  update();
}

markToday(new Date());
const form = document.querySelector('#brew');
if (form !== null) calculator(form);

'use strict';
(function () {
  const nodes = JSON.parse(document.getElementById('data').textContent);
  const view = document.getElementById('view');
  const svg = view.querySelector('svg');
  const scene = document.getElementById('scene');
  const paper = svg.viewBox.baseVal;
  const size = { width: paper.width, height: paper.height };
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const details = document.getElementById('details');
  const groups = Array.from(svg.querySelectorAll('.node')).sort((a, b) => a.dataset.node - b.dataset.node);
  const lines = Array.from(svg.querySelectorAll('.line'));
  const at = { x: 0, y: 0, scale: 1 };
  let hits = [];
  let hit = -1;

  svg.removeAttribute('viewBox');
  svg.querySelector('.paper').remove();

  function draw() {
    scene.setAttribute('transform', 'translate(' + at.x + ' ' + at.y + ') scale(' + at.scale + ')');
  }

  function fit() {
    const room = view.getBoundingClientRect();
    at.scale = Math.min(room.width / size.width, (room.height - 50) / size.height, 1.5);
    at.x = (room.width - size.width * at.scale) / 2;
    at.y = 50;
    draw();
  }

  function zoom(factor, x, y) {
    const scale = Math.min(8, Math.max(0.02, at.scale * factor));
    at.x = x - (x - at.x) * scale / at.scale;
    at.y = y - (y - at.y) * scale / at.scale;
    at.scale = scale;
    draw();
  }

  function zoomAtCentre(factor) {
    const room = view.getBoundingClientRect();
    zoom(factor, room.width / 2, room.height / 2);
  }

  function centreOn(group) {
    const box = group.querySelector('.box').getBBox();
    const room = view.getBoundingClientRect();
    at.scale = Math.max(at.scale, 1);
    at.x = room.width / 2 - (box.x + box.width / 2) * at.scale;
    at.y = room.height / 2 - (box.y + box.height / 2) * at.scale;
    draw();
  }

  function choose(number) {
    groups.forEach((group, i) => group.classList.toggle('chosen', i === number));
    lines.forEach(line => line.classList.toggle('chosen',
      number >= 0 && (Number(line.dataset.from) === number || Number(line.dataset.to) === number)));
    details.hidden = number < 0;
    if (number < 0) {
      return;
    }
    details.querySelector('h2').textContent = nodes[number].name;
    const table = details.querySelector('table');
    table.replaceChildren();
    for (const [name, text] of Object.entries(nodes[number].details)) {
      const row = table.insertRow();
      row.insertCell().textContent = name;
      row.insertCell().textContent = text;
    }
  }

  function look() {
    const wanted = search.value.trim().toLowerCase();
    hits = [];
    groups.forEach((group, i) => {
      const is = wanted !== '' && nodes[i].name.toLowerCase().includes(wanted);
      group.classList.toggle('hit', is);
      if (is) {
        hits.push(i);
      }
    });
    svg.classList.toggle('searching', wanted !== '');
    found.textContent = wanted === '' ? '' : String(hits.length);
    hit = -1;
    if (hits.length > 0) {
      next(1);
    }
  }

  function next(step) {
    if (hits.length > 0) {
      hit = (hit + step + hits.length) % hits.length;
      centreOn(groups[hits[hit]]);
    }
  }

  let from = null;
  let moved = false;
  view.addEventListener('pointerdown', event => {
    from = { x: event.clientX - at.x, y: event.clientY - at.y, startX: event.clientX, startY: event.clientY };
    moved = false;
  });
  window.addEventListener('pointermove', event => {
    if (from === null) {
      return;
    }
    if (!moved && Math.hypot(event.clientX - from.startX, event.clientY - from.startY) < 4) {
      return;
    }
    moved = true;
    view.classList.add('moving');
    at.x = event.clientX - from.x;
    at.y = event.clientY - from.y;
    draw();
  });
  window.addEventListener('pointerup', () => {
    from = null;
    view.classList.remove('moving');
  });
  view.addEventListener('click', event => {
    if (!moved) {
      const group = event.target.closest('.node');
      choose(group === null ? -1 : Number(group.dataset.node));
    }
  });
  view.addEventListener('wheel', event => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 500), event.clientX, event.clientY);
  }, { passive: false });
  document.getElementById('in').addEventListener('click', () => zoomAtCentre(1.25));
  document.getElementById('out').addEventListener('click', () => zoomAtCentre(0.8));
  document.getElementById('fit').addEventListener('click', fit);
  document.getElementById('close').addEventListener('click', () => choose(-1));
  search.addEventListener('input', look);
  search.addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      next(event.shiftKey ? -1 : 1);
    }
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      search.value = '';
      look();
      choose(-1);
    } else if (event.key === '/' && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  window.addEventListener('resize', fit);
  fit();
})();

// A text field that knows names; choosing one goes there.
(function (corridors) {
  'use strict';
  const { element } = corridors;

  // `targets` is a map from a name to what it leads to.
  corridors.finder = function (holder, targets, hint, go) {
    const field = element('input', {
      type: 'search', id: 'find', list: 'names', placeholder: hint, 'aria-label': hint, autocomplete: 'off',
    });
    const seek = () => {
      const wanted = field.value.trim().toLowerCase();
      if (!wanted) return;
      const exact = targets.get(field.value.trim());
      const begins = () => [...targets].find(([name]) => name.toLowerCase().startsWith(wanted));
      const holds = () => [...targets].find(([name]) => name.toLowerCase().includes(wanted));
      const found = exact || (begins() || holds() || [])[1];
      field.setAttribute('aria-invalid', found ? 'false' : 'true');
      if (found) go(found);
    };
    field.addEventListener('change', seek);
    field.addEventListener('input', () => { if (targets.has(field.value)) seek(); });
    holder.append(field, element('datalist', { id: 'names' },
      [...targets.keys()].sort().map((name) => element('option', { value: name }))));
  };
})(window.corridorsMap);

// The worker's door: what is asked and by which model.
const MODELS = { optimal: Service, logit: ChoiceService };

// Speaks with the page: {id, what, ...} in, {id, answer} or {id, error} out.
function serve(post) {
  let questions = null;
  const services = {};
  // Each model has a service of its own, made when it is first asked.
  const serviceOf = (model = 'optimal') => {
    if (!MODELS[model] || (model === 'logit' && !questions.texts.choice)) throw new Error(`this page holds no model ${JSON.stringify(model)}`);
    if (!services[model]) services[model] = new MODELS[model](questions);
    return services[model];
  };
  return (message) => {
    const { id, what } = message;
    try {
      let answer = true;
      const service = what === 'open' ? null : serviceOf(message.question.model);
      if (what === 'open') questions = new Questions(readContainer(message.buffer));
      else if (what === 'solve') answer = service.solve(message.question);
      else if (what === 'briefs') answer = message.keys.map((key) => service.brief(besides(message.question, key)));
      else if (what === 'routes') answer = service.routes(message.question, message.demand);
      post({ id, answer });
    } catch (error) {
      post({ id, error: String(error.message || error) });
    }
  };
}

return { serve, readContainer, Questions, Service, ChoiceService };

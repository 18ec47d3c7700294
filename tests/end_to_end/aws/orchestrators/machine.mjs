// Executes a state machine: standard input has its definition, input and execution; `url` answers each of its tasks.
// Prints the state in which it ended, and the error of one that failed.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const { StateMachine } = createRequire(`${process.cwd()}/`)("aws-local-stepfunctions");
const { definition, input, execution, url } = JSON.parse(await text(process.stdin));

async function answered(resource, given) {
  const answer = await (await fetch(url, { method: "POST", body: JSON.stringify({ resource, given }) })).json();
  if ("error" in answer) throw Object.assign(new Error(answer.cause), { name: answer.error });
  return answer.result;
}

const statesIn = ({ States }) =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state],
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap(statesIn),
  ]);
const tasks = statesIn(definition).filter(([, state]) => state.Type === "Task");
const overrides = {
  taskResourceLocalHandlers: Object.fromEntries(tasks.map(([name, { Resource }]) => [name, (given) => answered(Resource, given)])),
  retryIntervalOverrides: Object.fromEntries(tasks.map(([name]) => [name, 0])),
};
const context = { Execution: { Id: execution } };
const ended = await new StateMachine(definition).run(input, { overrides, context }).result.then(
  () => ({ status: "SUCCEEDED", error: "", cause: "" }),
  ({ cause }) => ({ status: "FAILED", error: cause.name, cause: cause.message }),
);
process.stdout.write(JSON.stringify(ended));

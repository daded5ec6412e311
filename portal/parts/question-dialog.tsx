import { useAction } from "../load.ts";
import { Dialog } from "./dialog.tsx";
import { DialogCommands } from "./dialog-commands.tsx";
import { ProblemMessage } from "./problem-message.tsx";

type Props = {
  title: string;
  text: string;
  yes: string;
  /** The role that `onYes` needs. */
  needs: string;
  onYes: () => Promise<void>;
  onClose: () => void;
};

/** A question before something that cannot be undone. What goes wrong is said in the dialog. */
export function QuestionDialog({ title, text, yes, needs, onYes, onClose }: Props) {
  const { run, isRunning, problem } = useAction(onYes);
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      {problem && <ProblemMessage problem={problem} needs={needs} onRetry={run} />}
      <DialogCommands onClose={onClose}>
        <button type="button" class="button danger" aria-disabled={isRunning} onClick={run}>
          {yes}
        </button>
      </DialogCommands>
    </Dialog>
  );
}

"""Question answering: a question and a context in, a span of the context out."""

from shiftdemo.core.samples import QuestionSample
from shiftdemo.core.task_spec import TASKS, TaskSpec

TASKS.register(
    TaskSpec(
        name="question_answering",
        title="Question answering",
        rank=6,
        sample=QuestionSample,
        columns=("question", "context", "answer"),
        beside=("start",),
        in_corpus=True,
        documents=True,
        allows=frozenset(("prefix", "join")),
        head="QuestionAnswering",
        scores="answers",
        score_name="answer F1",
        accuracy_name="start and end accuracy",
        reads="source.its_question",
        shuffled="source.shuffled_questions",
        pipeline="question-answering",
    )
)

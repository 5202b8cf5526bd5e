//! Requests that a program may send twice, since the answer to the first may be lost: they happen once, and the second
//! time the first answer is given. Answers are kept for a day.

use crate::context::{Actor, Context, now_ms};
use crate::error::{Error, Result};
use model::{Code, Problem};
use store::{KeptAnswer, WorkspaceTx};

/// Longest key, in characters.
pub const KEY_MAX: usize = 200;

/// How a request under a key stands.
#[derive(Debug)]
pub enum Standing {
    /// It is the first: do it, and say what came of it.
    First(Begun),
    /// It was answered so.
    Answered(Answer),
    /// It is being answered, or whoever answered it died on the way: nobody knows whether it happened.
    UnderWay,
    /// Another request came under this key.
    Other,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP's status.
    pub status: u16,
    /// What the body is; none: there is none.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A request that is being answered for the first time.
#[derive(Debug)]
pub struct Begun {
    token: String,
    key: String,
}

/// A request under this key comes; `request` is a SHA-256 of all that makes it different from others.
///
/// # Errors
/// [`Code::Invalid`] for a key that can't be one; the database's.
pub async fn begin(context: &Context, key: &str, request: &[u8; 32]) -> Result<Standing> {
    let shaped = key.bytes().all(|b| b.is_ascii_graphic()) && (1..=KEY_MAX).contains(&key.len());
    if !shaped {
        let text = format!("A key has 1 to {KEY_MAX} letters, digits and signs, and no space.");
        return Err(Problem::field(Code::Invalid, "Idempotency-Key", text).into());
    }
    let begun = Begun { token: whose(context), key: key.to_owned() };
    let scope = open(context).await?;
    let known = scope.api_answers().begin(&begun.token, key, request, now_ms()).await?;
    scope.commit().await?;
    let Some(known) = known else { return Ok(Standing::First(begun)) };
    if known.request != request {
        return Ok(Standing::Other);
    }
    let Some(KeptAnswer { status, content_type, body }) = known.answer else { return Ok(Standing::UnderWay) };
    let body = context.homeport.store().key().open(&body, &begun.bound(context));
    let body = body.ok_or_else(|| Error::Broken("a kept answer can't be opened".into()))?;
    Ok(Standing::Answered(Answer { status, content_type, body }))
}

impl Begun {
    /// Keeps what came of it.
    ///
    /// # Errors
    /// The database's.
    pub async fn answered(self, context: &Context, answer: &Answer) -> Result<()> {
        let body = context.homeport.store().key().seal(&answer.body, &self.bound(context));
        let kept = KeptAnswer { status: answer.status, content_type: answer.content_type.clone(), body };
        let scope = open(context).await?;
        scope.api_answers().keep(&self.token, &self.key, &kept).await?;
        Ok(scope.commit().await?)
    }

    /// Nothing came of it: it may be tried again under its key.
    ///
    /// # Errors
    /// The database's.
    pub async fn forgotten(self, context: &Context) -> Result<()> {
        let scope = open(context).await?;
        scope.api_answers().forget(&self.token, &self.key).await?;
        Ok(scope.commit().await?)
    }

    /// What a kept answer is bound to: it opens for no other request.
    fn bound(&self, context: &Context) -> Vec<u8> {
        format!("{}/answer/{}/{}", context.workspace.id, self.token, self.key).into_bytes()
    }
}

/// Two programs may choose the same key.
fn whose(context: &Context) -> String {
    match &context.actor {
        Actor::Token { id, .. } => id.clone(),
        Actor::Job { id, .. } => format!("job {id}"),
        Actor::Person(person) => format!("person {}", person.id),
        Actor::Rule { id, .. } => format!("rule {id}"),
    }
}

/// Whoever has a context may have their own answers again: no permission is asked for but those of what is done.
async fn open(context: &Context) -> Result<WorkspaceTx> {
    Ok(context.homeport.store().workspace(context.workspace.id).await?)
}

//! Why a sign-in by a provider came to nothing: a word in an address, a sentence on the page of the sign-in.

macro_rules! failures {
    ($($(#[$of:meta])* $variant:ident = $word:literal, $sentence:literal;)*) => {
        /// Why a sign-in by a provider came to nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum SignOnFailure {
            $($(#[$of])* $variant,)*
        }

        impl SignOnFailure {
            /// All there are.
            pub const ALL: &'static [SignOnFailure] = &[$(SignOnFailure::$variant,)*];

            /// The word in the address.
            pub fn as_str(self) -> &'static str {
                match self { $(SignOnFailure::$variant => $word,)* }
            }

            /// What people read.
            pub fn sentence(self) -> &'static str {
                match self { $(SignOnFailure::$variant => $sentence,)* }
            }
        }
    };
}

failures! {
    /// No such workspace, or one without a provider: the same to strangers.
    Unknown = "unknown", "There is no single sign-on under this name. Look at the address that you were given.";
    /// The provider doesn't answer, or not in an order that can be followed.
    Unreachable = "unreachable", "The provider of this workspace's single sign-on can't be reached. Try again in a while.";
    /// The provider says no.
    Refused = "refused", "The provider did not sign you in.";
    /// What came back doesn't belong to what was asked for.
    Wrong = "wrong", "This sign-in could not be checked, and was refused. Begin again.";
    /// It took too long, or was used before.
    Late = "late", "This sign-in was begun too long ago, in another browser, or was used already. Begin again.";
    /// The provider tells no address, or one that it doesn't stand for.
    NoAddress = "no-address", "The provider tells no confirmed e-mail address of yours.";
    /// Another domain's address.
    Domain = "domain", "Your e-mail address is none of those that come to this workspace by single sign-on.";
    /// No role for them.
    Groups = "groups", "None of your groups gives access to this workspace. Ask its administrators.";
    /// An account that doesn't belong to the workspace.
    Account = "account", "There is an account with your address that doesn't belong to this workspace. Ask its administrators to invite you, then come again.";
    /// No more people fit.
    Full = "full", "This workspace has as many people as it may have. Ask its administrators.";
    /// The workspace is shut.
    Disabled = "disabled", "This workspace is disabled.";
    /// They are the last administrator and would become less.
    Conflict = "conflict", "Your groups would take its last administrator from this workspace. Ask whoever runs the provider.";
    /// Ours.
    Broken = "broken", "Something went wrong on our side. It has been logged.";
}

impl SignOnFailure {
    /// Reads [`SignOnFailure::as_str`] back.
    pub fn from_word(word: &str) -> Option<SignOnFailure> {
        SignOnFailure::ALL.iter().copied().find(|one| one.as_str() == word)
    }
}

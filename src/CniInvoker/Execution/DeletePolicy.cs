namespace CniInvoker;

/// <summary>
/// What DEL does where the specification leaves a choice. The default stops wherever going on could release an address while a later plugin's
/// rules still use it; the attachment is then kept and DEL is to be repeated.
/// </summary>
public sealed record DeletePolicy
{
    /// <summary>
    /// Passes over a plugin whose binary is not installed any more, instead of failing. Whatever that plugin had set up stays. false.
    /// </summary>
    public bool SkipMissingPlugins { get; init; }

    /// <summary>
    /// Takes a plugin's error code 3 (container unknown: nothing to clean up, SPEC §5 "Error") for success. true.
    /// </summary>
    public bool AcceptUnknownContainer { get; init; } = true;
}

using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>The caller's mistake, found before anything ran: in the arguments, in the environment or in the settings file.</summary>
/// <param name="message">What is wrong where, and what to write instead.</param>
/// <param name="code">One of <see cref="CniErrorCode"/>.</param>
internal sealed class MisuseException(string message, uint code = CniErrorCode.InvalidEnvironment) : Exception(message)
{
    public uint Code => code;
}

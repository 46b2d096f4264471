using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>A failure as plugins print it (SPEC §5, "Error"), so that whoever reads a plugin's answer can read ours.</summary>
/// <param name="CniVersion">The version of this object; its shape is the same in all of them.</param>
/// <param name="Code">Never 0, which some readers take for no error.</param>
/// <param name="Msg">The short description.</param>
/// <param name="Details">The longer one, if there is one, and what failed besides.</param>
internal sealed record ErrorObject(string CniVersion, uint Code, string Msg, string? Details)
{
    private const string Version = "1.1.0";

    public static ErrorObject Of(CniException failed)
    {
        IEnumerable<string?> details =
        [
            failed.Details,
            failed.CleanupFailure is { } cleanup ? $"The clean-up failed too: {cleanup.Message}" : null,
            .. failed.OtherFailures.Select(other => $"Moreover: {other.Message}"),
        ];
        return Of(failed.Code, failed.Msg, string.Join("; ", details.Where(detail => !string.IsNullOrEmpty(detail))));
    }

    public static ErrorObject Of(uint code, string msg, string? details = null) =>
        new(Version, code == CniErrorCode.None ? CniErrorCode.Internal : code, msg, string.IsNullOrEmpty(details) ? null : details);
}

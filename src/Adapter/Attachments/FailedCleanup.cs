using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>Error texts for a failed operation whose clean-up failed at first: they report how the clean-up ended.</summary>
internal static class FailedCleanup
{
    /// <param name="failed">The failure of the operation, perhaps with that of a first clean-up.</param>
    /// <param name="cleanupError">Why the latest clean-up failed; null when it succeeded.</param>
    /// <returns>The exception to throw in its place; null: the same one.</returns>
    public static Exception? Combine(Exception failed, string? cleanupError)
    {
        var apart = failed is CniException { CleanupFailure: not null } both ? both.WithoutCleanupFailure() : failed;
        return cleanupError switch
        {
            null => apart == failed ? null : apart,
            _ when failed is CniException or CnmException or IOException => new CnmException(
                $"{apart.Message.TrimEnd('.')}. The clean-up failed too; cnm-cni retries it (`cnm-cni status` shows what remains): " +
                cleanupError, failed),
            _ => null,
        };
    }

    /// <summary>DEL once more, for an ADD whose own DEL has failed.</summary>
    /// <returns>Why it fails again; null when it succeeds.</returns>
    public static async Task<string?> RetryDeleteAsync(
        CniRuntime runtime, NetworkConfiguration network, Attachment attachment, CniResult? result)
    {
        try
        {
            await runtime.DeleteAsync(network, attachment, result, CancellationToken.None);
            return null;
        }
        catch (CniException failure)
        {
            return failure.Message;
        }
    }
}

using Bridge.Adapter.Cnm;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// What the person at the prompt is told of an undoing that failed at first: what has become of it in the end, not what it looked like on
/// the way.
/// </summary>
internal static class FailedCleanup
{
    /// <summary>The failure of something that has been undone since, or is still to be.</summary>
    /// <param name="failed">Why it failed.</param>
    /// <param name="left">Why it cannot be undone now; null when nothing is left of it.</param>
    /// <returns>What is to be thrown instead; null: itself.</returns>
    public static Exception? Combine(Exception failed, string? left)
    {
        var apart = failed is CniException { CleanupFailure: not null } cut ? cut.WithoutCleanupFailure() : failed;
        return left switch
        {
            null => apart == failed ? null : apart,
            _ when failed is CniException or CnmException or IOException =>
                new CnmException($"{apart.Message.TrimEnd('.')}. Undoing it failed too, and is tried again by itself (`cnm-cni status` shows what is left): {left}", failed),
            _ => null,
        };
    }

    /// <summary>DEL once more, for an ADD whose own has failed.</summary>
    /// <returns>Why it fails again; null when nothing is left.</returns>
    public static async Task<string?> RetryDeleteAsync(CniRuntime runtime, NetworkConfiguration network, Attachment attachment, CniResult? result)
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

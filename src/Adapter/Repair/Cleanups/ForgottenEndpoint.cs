using Bridge.Adapter.Docker;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Cleanups;

/// <summary>
/// Attachments whose endpoint Docker does not have any more. dockerd sends no calls for endpoints that it lost in a kill -9, and does not
/// repeat those that cnm-cni did not get because it was not running.
/// </summary>
internal static class ForgottenEndpoint
{
    public const string Cause = "Docker does not have its endpoint any more";

    /// <param name="record">The attachment. Docker does not list those that are being made or removed, nor those made ahead.</param>
    /// <param name="network">Its network, as Docker listed it afterwards; null: Docker does not have the network.</param>
    public static bool IsCaseOf(AttachmentRecord record, DockerNetworkEndpoints? network) =>
        record is { IsUnfinished: false, IsCleanupPending: false, IsWarm: false } && network?.Find(record.EndpointId) is null;
}

using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Repair;

/// <summary>
/// Reservations whose record is gone or cannot be read while the attachment that uses them is known: made again from it, or nobody would ever release
/// their addresses. What the attachment does not know is the configuration of the IPAM plugin, which is today's then.
/// </summary>
internal sealed class LostReservations(Journal journal, ConfigurationDirectory configurations, ILogger<LostReservations> logger)
{
    /// <summary>Before the first call is answered.</summary>
    public void MakeAgain()
    {
        var users = journal.Attachments.All.Where(record => record.Reserved.Count > 0 && journal.Reservations.Find(record.ContainerId) is null).ToArray();
        if (users.Length == 0)
            return;

        var contents = configurations.Load();
        foreach (var user in users)
        {
            try
            {
                Make(user, contents.Find(user.CniNetwork));
            }
            catch (Exception failure) when (failure is CniException or CniConfigurationException or IOException or InvalidOperationException)
            {
                logger.ReservationLost(user.EndpointId, string.Join(", ", user.Reserved), FileWords.Of(failure));
            }
        }
    }

    private void Make(AttachmentRecord user, NetworkConfiguration? network)
    {
        if (network is null)
            throw new IOException($"there is no CNI network {user.CniNetwork} on this host any more");

        journal.Reservations.Write(new ReservationRecord(user.ContainerId, user.CniNetwork)
        {
            Phase = ReservationPhase.Reserved,
            BootId = user.BootId,
            Since = user.Since,
            Mac = user.Mac,
            ContainerName = user.ContainerName,
            Configuration = CniRecord.ToElement(network.ToUtf8Json()),
            Arguments = user.Arguments,
            Capabilities = user.Capabilities,
            Result = user.Result,
            Addresses = [.. user.Reserved.Select(address => new ReservedAddress(address, IsClaimed: user.Addresses.Contains(address)))],
            EndpointId = user.EndpointId,
        });
        logger.ReservationMadeAgain(user.EndpointId, string.Join(", ", user.Reserved));
    }
}

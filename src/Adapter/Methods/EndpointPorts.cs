using Bridge.Adapter.Cnm;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Methods;

/// <summary>The host ports of a new endpoint, where its main plugin publishes them itself: it gets the mappings at ADD.</summary>
internal sealed class EndpointPorts(PortHolders holders, PortReservations ports, ForeignPorts foreignPorts)
{
    /// <exception cref="CnmException">A port is taken.</exception>
    public async Task<AttachmentRecord> ReserveAsync(AttachmentRecord record, CancellationToken cancellationToken)
    {
        if (record.RequestedPorts.Count == 0 || !ChainParts.MainPublishes(CniRecord.Configuration(record)))
            return record;

        await holders.WaitAsync(record.EndpointId, record.RequestedPorts, cancellationToken);
        var foreign = await foreignPorts.FindAsync(record.RequestedPorts, cancellationToken);
        var mappings = await ports.ReserveAsync(record.EndpointId, record.RequestedPorts, foreign, cancellationToken);
        return record with { PublishedPorts = mappings };
    }

    public void Release(string endpointId) => ports.Release(endpointId);
}

using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Host ports in use by our endpoints. Each is held by a bound socket as well, so that neither a program on the host nor Docker's own
/// port publishing takes it unnoticed, and so that the kernel chooses free ones for <c>-p 80</c>. Traffic never reaches these sockets:
/// plugins redirect it before.
/// </summary>
internal sealed class PortReservations(Journal journal, ILogger<PortReservations> logger) : IDisposable
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly List<Reservation> _reservations = [];

    /// <summary>All or none.</summary>
    /// <exception cref="CnmException">A port is taken; the message names the holder.</exception>
    public IReadOnlyList<PortMapping> Reserve(string endpointId, IReadOnlyList<RequestedPort> requests)
    {
        lock (_lock)
        {
            var made = new List<Reservation>();
            try
            {
                foreach (var request in requests)
                {
                    var reservation = ReserveOne(endpointId, request);
                    made.Add(reservation);
                    _reservations.Add(reservation);
                }
            }
            catch
            {
                Drop(made);
                throw;
            }

            return [.. made.Select(reservation => reservation.Mapping)];
        }
    }

    public void Release(string endpointId)
    {
        lock (_lock)
        {
            Drop([.. _reservations.Where(reservation => reservation.EndpointId == endpointId)]);
        }
    }

    /// <summary>
    /// Takes the ports of attachments that outlived an earlier process of ours. Their rules are in force, so what cannot be held again is
    /// only reported.
    /// </summary>
    public void Restore(AttachmentRecord record)
    {
        foreach (var mapping in record.PublishedPorts ?? [])
        {
            lock (_lock)
            {
                Socket? socket = null;
                try
                {
                    socket = HostPortSocket.Bind(mapping.Protocol, mapping.HostIp, mapping.HostPort);
                }
                catch (SocketException refused)
                {
                    logger.PortNotHeld($"{mapping.HostPort}/{mapping.Protocol}", record.EndpointId, refused.Message);
                }

                _reservations.Add(new Reservation(record.EndpointId, mapping, socket));
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Drop([.. _reservations]);
        }
    }

    private Reservation ReserveOne(string endpointId, RequestedPort request)
    {
        SocketException? lastRefusal = null;
        for (var port = request.HostPort; port <= request.HostPortEnd; port++)
        {
            if (HolderOf(request, port) is not null)
            {
                continue;
            }

            try
            {
                var socket = HostPortSocket.Bind(request.Protocol, request.HostIp, port);
                var chosen = port != 0 ? port : HostPortSocket.PortOf(socket!);
                return new Reservation(endpointId, new PortMapping(chosen, request.ContainerPort, request.Protocol, request.HostIp), socket);
            }
            catch (SocketException refused)
            {
                lastRefusal = refused;
            }
        }

        throw Refusal(request, lastRefusal);
    }

    private CnmException Refusal(RequestedPort request, SocketException? refused)
    {
        var host = request.HostIp.Length == 0 ? "" : request.HostIp.Contains(':') ? $"[{request.HostIp}]:" : $"{request.HostIp}:";
        var range = request.HostPortEnd > request.HostPort ? $"{request.HostPort}-{request.HostPortEnd}" : $"{request.HostPort}";
        var holder = HolderOf(request, request.HostPort) is { } endpoint
            ? $"published by {NameOf(endpoint)} already"
            : refused?.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "in use by another program on this host (ss -lnp shows which)",
                SocketError.AddressNotAvailable => "not possible, since the host does not have that address",
                _ => $"not possible: {refused?.Message}",
            };
        return new CnmException(
            $"host port {host}{range}/{request.Protocol} for container port {request.ContainerPort} is {holder}. " +
            $"Choose another host port, or -p {request.ContainerPort} to have one chosen.", refused);
    }

    private string? HolderOf(RequestedPort request, int port) => port == 0 ? null : _reservations.FirstOrDefault(held =>
        held.Mapping.HostPort == port && held.Mapping.Protocol == request.Protocol && Overlap(held.Mapping.HostIp, request.HostIp))?.EndpointId;

    private static bool Overlap(string one, string other)
    {
        if (one.Length == 0 || other.Length == 0)
        {
            return true;
        }

        var (first, second) = (IPAddress.Parse(one), IPAddress.Parse(other));
        return first.AddressFamily == second.AddressFamily && (IsAny(first) || IsAny(second) || first.Equals(second));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private string NameOf(string endpointId) => journal.Attachments.Find(endpointId)?.ContainerName is { } name
        ? $"container {name}"
        : $"the container with endpoint {DockerId.Short(endpointId)}";

    private void Drop(IEnumerable<Reservation> reservations)
    {
        foreach (var reservation in reservations)
        {
            _reservations.Remove(reservation);
            reservation.Socket?.Dispose();
        }
    }

    private sealed record Reservation(string EndpointId, PortMapping Mapping, Socket? Socket);
}

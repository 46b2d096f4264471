using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;

namespace Bridge.Adapter.HostPorts;

/// <summary>
/// Host ports in use by cnm-cni's endpoints. A bound socket holds each of them, so that neither a program on the host nor Docker's own port
/// publishing takes it unnoticed, and so that the kernel chooses free ones for <c>-p 80</c>. Traffic never reaches these sockets: the rules
/// of the plugins redirect it before.
/// </summary>
internal sealed class PortReservations(Journal journal, ILogger<PortReservations> logger) : IDisposable
{
    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly List<Reservation> _reservations = [];

    /// <summary>Reserves all of the ports or none.</summary>
    /// <param name="endpointId">Their future owner.</param>
    /// <param name="requests">The requested ports; identical requests count once.</param>
    /// <param name="foreign">The ports that other runtimes publish.</param>
    /// <exception cref="CnmException">A port is taken; the message names the owner.</exception>
    public IReadOnlyList<PortMapping> Reserve(string endpointId, IReadOnlyList<RequestedPort> requests, IReadOnlyList<ForeignPort> foreign)
    {
        lock (_lock)
        {
            var made = new List<Reservation>();
            try
            {
                foreach (var request in WithoutRepetitions(requests))
                {
                    RequireNew(request, made);
                    var reservation = ReserveOne(endpointId, request, foreign);
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
            Drop([.. _reservations.Where(reservation => reservation.EndpointId == endpointId)]);
    }

    /// <summary>Closes the sockets: other programs may take the ports, but no other endpoint of cnm-cni.</summary>
    public void Unbind(string endpointId) => Replace(endpointId, reservation =>
    {
        reservation.Socket?.Dispose();
        return reservation with { Socket = null, IsRefused = false };
    });

    /// <summary>Binds the ports that are not bound yet.</summary>
    /// <returns>Whether all of them are bound now.</returns>
    public bool Hold(string endpointId)
    {
        lock (_lock)
        {
            Replace(endpointId, reservation => reservation.Socket is null ? Bound(reservation) : reservation);
            return !_reservations.Any(reservation => reservation.EndpointId == endpointId && reservation.IsRefused);
        }
    }

    /// <summary>The ports that could not be bound; without those of <see cref="Unbind"/>.</summary>
    public IReadOnlyList<UnheldPort> Unheld()
    {
        lock (_lock)
        {
            return [.. _reservations.Where(reservation => reservation.IsRefused)
                .Select(reservation => new UnheldPort(reservation.EndpointId, reservation.Mapping, IsFree(reservation.Mapping)))];
        }
    }

    private static bool IsFree(PortMapping mapping)
    {
        try
        {
            HostPortSocket.Bind(mapping.Protocol, mapping.HostIp, mapping.HostPort)?.Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Replace(string endpointId, Func<Reservation, Reservation> replacement)
    {
        lock (_lock)
        {
            for (var index = 0; index < _reservations.Count; index++)
            {
                if (_reservations[index].EndpointId == endpointId)
                    _reservations[index] = replacement(_reservations[index]);
            }
        }
    }

    /// <summary>
    /// Reserves the ports of an attachment of the previous process. Its rules are in force, so a port that cannot be bound again is logged,
    /// and repair retries it.
    /// </summary>
    public void Restore(AttachmentRecord record)
    {
        foreach (var mapping in record.PublishedPorts ?? [])
        {
            lock (_lock)
                _reservations.Add(Bound(new Reservation(record.EndpointId, mapping, Socket: null)));
        }
    }

    private Reservation Bound(Reservation reservation)
    {
        var mapping = reservation.Mapping;
        try
        {
            return reservation with { Socket = HostPortSocket.Bind(mapping.Protocol, mapping.HostIp, mapping.HostPort), IsRefused = false };
        }
        catch (SocketException refused)
        {
            if (!reservation.IsRefused)
                logger.PortNotHeld($"{mapping.HostPort}/{mapping.Protocol}", reservation.EndpointId, refused.Message);

            return reservation with { IsRefused = true };
        }
    }

    public void Dispose()
    {
        lock (_lock)
            Drop([.. _reservations]);
    }

    private Reservation ReserveOne(string endpointId, RequestedPort request, IReadOnlyList<ForeignPort> foreign)
    {
        SocketException? lastRefusal = null;
        for (var port = request.HostPort; port <= request.HostPortEnd; port++)
        {
            if (OwnerOf(request, port, foreign) is not null)
                continue;

            try
            {
                var (socket, chosen) = port == 0
                    ? BindFree(request, foreign)
                    : (HostPortSocket.Bind(request.Protocol, request.HostIp, port), port);
                return new Reservation(endpointId, new PortMapping(chosen, request.ContainerPort, request.Protocol, request.HostIp),
                    socket);
            }
            catch (SocketException refused)
            {
                lastRefusal = refused;
            }
        }

        throw Refusal(request, lastRefusal, foreign);
    }

    // The kernel chooses among the ports without a socket; the ports of other runtimes have none.
    private static (Socket? Socket, int Port) BindFree(RequestedPort request, IReadOnlyList<ForeignPort> foreign)
    {
        var refused = new List<Socket>();
        try
        {
            while (true)
            {
                var socket = HostPortSocket.Bind(request.Protocol, request.HostIp, 0)!;
                var port = HostPortSocket.PortOf(socket);
                if (OwnerOf(request, port, foreign, []) is null)
                    return (socket, port);

                refused.Add(socket); // Bound until another is found, so that the kernel does not choose it again.
            }
        }
        finally
        {
            refused.ForEach(socket => socket.Dispose());
        }
    }

    // `-p 80` twice requests two ports.
    private static IEnumerable<RequestedPort> WithoutRepetitions(IReadOnlyList<RequestedPort> requests) =>
        requests.Where((request, index) => request.HostPort == 0 || !requests.Take(index).Contains(request));

    private static void RequireNew(RequestedPort request, List<Reservation> made)
    {
        if (request.HostPort == request.HostPortEnd && request.HostPort != 0
            && made.FirstOrDefault(other => Overlaps(other.Mapping, request, request.HostPort)) is { } twice)
        {
            throw new CnmException(
                $"host port {HostOf(request)}{request.HostPort}/{request.Protocol} is requested twice, for container ports " +
                $"{twice.Mapping.ContainerPort} and {request.ContainerPort}. Omit one of them, or choose another host port for it.");
        }
    }

    private CnmException Refusal(RequestedPort request, SocketException? refused, IReadOnlyList<ForeignPort> foreign)
    {
        if (refused?.SocketErrorCode is SocketError.TooManyOpenSockets)
        {
            return new CnmException(
                "cnm-cni has reached its limit of open files, and needs one for each published port. " +
                "Raise the limit (LimitNOFILE= of its unit, or ulimit -n), or publish fewer ports.", refused);
        }

        var host = HostOf(request);
        var range = request.HostPortEnd > request.HostPort ? $"{request.HostPort}-{request.HostPortEnd}" : $"{request.HostPort}";
        var owner = OwnerOf(request, request.HostPort, foreign) is { } name
            ? $"published by {name} already"
            : refused?.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "in use by another program on this host (ss -lnp shows which)",
                SocketError.AddressNotAvailable => "impossible, because the host does not have that address",
                _ => $"impossible: {refused?.Message}",
            };
        return new CnmException(
            $"host port {host}{range}/{request.Protocol} for container port {request.ContainerPort} is {owner}. " +
            $"Choose another host port, or use -p {request.ContainerPort} for any free port.", refused);
    }

    private static string HostOf(RequestedPort request) =>
        request.HostIp.Length == 0 ? "" : request.HostIp.Contains(':') ? $"[{request.HostIp}]:" : $"{request.HostIp}:";

    private string? OwnerOf(RequestedPort request, int port, IReadOnlyList<ForeignPort> foreign) =>
        OwnerOf(request, port, foreign, _reservations) switch
    {
        Reservation held => NameOf(held.EndpointId),
        ForeignPort other => other.Owner,
        _ => null,
    };

    private static object? OwnerOf(RequestedPort request, int port, IReadOnlyList<ForeignPort> foreign, IReadOnlyList<Reservation> held) =>
        port == 0
        ? null
        : (object?)held.FirstOrDefault(reservation => Overlaps(reservation.Mapping, request, port))
            ?? foreign.FirstOrDefault(other =>
                other.Port == port && other.Protocol == request.Protocol && HostAddresses.Overlap(other.HostIp, request.HostIp));

    private static bool Overlaps(PortMapping mapping, RequestedPort request, int port) =>
        mapping.HostPort == port && mapping.Protocol == request.Protocol && HostAddresses.Overlap(mapping.HostIp, request.HostIp);

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

    /// <param name="EndpointId">The owner.</param>
    /// <param name="Mapping">The port.</param>
    /// <param name="Socket">The bound socket; null after Unbind, if binding failed, or if the kernel lacks the protocol.</param>
    /// <param name="IsRefused">Another program on the host had it when it was to be bound.</param>
    private sealed record Reservation(string EndpointId, PortMapping Mapping, Socket? Socket, bool IsRefused = false);
}

/// <summary>A published port of a cnm-cni endpoint that could not be bound, because another program on the host had it.</summary>
/// <param name="EndpointId">The owner.</param>
/// <param name="Mapping">The port.</param>
/// <param name="IsFree">No program has it any more.</param>
internal sealed record UnheldPort(string EndpointId, PortMapping Mapping, bool IsFree);

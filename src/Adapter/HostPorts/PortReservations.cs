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
internal sealed class PortReservations(Journal journal, TimeProvider timeProvider, ILogger<PortReservations> logger) : IDisposable
{
    // A copy of a socket ends when its process executes a plugin: about a millisecond after its fork, later on a busy host.
    private static readonly TimeSpan CopyPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CopyPause = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();

    // Both guarded by _lock.
    private readonly List<Reservation> _reservations = [];
    private readonly ReleasedPorts _released = new(timeProvider);

    /// <summary>
    /// Reserves all of the ports or none. Waits a moment for a port that cnm-cni itself has just released; a port of another program is
    /// refused at once.
    /// </summary>
    /// <param name="endpointId">Their future owner.</param>
    /// <param name="requests">The requested ports; identical requests count once.</param>
    /// <param name="foreign">The ports that other runtimes publish.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CnmException">A port is taken; the message names the owner.</exception>
    public async Task<IReadOnlyList<PortMapping>> ReserveAsync(
        string endpointId, IReadOnlyList<RequestedPort> requests, IReadOnlyList<ForeignPort> foreign, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (timeProvider.GetElapsedTime(start) < CopyPatience)
        {
            if (Reserve(endpointId, requests, foreign, mayWait: true) is { } mappings)
                return mappings;

            await Task.Delay(CopyPause, timeProvider, cancellationToken);
        }

        return Reserve(endpointId, requests, foreign, mayWait: false)!;
    }

    // Null: a port was released a moment ago, and the caller may wait.
    private PortMapping[]? Reserve(
        string endpointId, IReadOnlyList<RequestedPort> requests, IReadOnlyList<ForeignPort> foreign, bool mayWait)
    {
        lock (_lock)
        {
            var made = new List<Reservation>();
            try
            {
                foreach (var request in WithoutRepetitions(requests))
                {
                    RequireNew(request, made);
                    if (ReserveOne(endpointId, request, foreign, mayWait) is not { } reservation)
                    {
                        Drop(made);
                        return null;
                    }

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

    /// <summary>
    /// The other endpoints that have these ports, of which a request for one of several needs none as long as one is left.
    /// </summary>
    public IReadOnlyList<string> HoldersOf(string endpointId, IReadOnlyList<RequestedPort> requests)
    {
        lock (_lock)
        {
            return [.. requests.Where(request => request.HostPort != 0).SelectMany(request => HoldersOf(request) is var holders
                && holders.DistinctBy(holder => holder.Mapping.HostPort).Count() > request.HostPortEnd - request.HostPort ? holders : [])
                .Select(holder => holder.EndpointId).Where(holder => holder != endpointId).Distinct(StringComparer.Ordinal)];
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
        Close(reservation);
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

    // Null: see Reserve.
    private Reservation? ReserveOne(string endpointId, RequestedPort request, IReadOnlyList<ForeignPort> foreign, bool mayWait)
    {
        SocketException? lastRefusal = null;
        var isJustReleased = false;
        for (var port = request.HostPort; port <= request.HostPortEnd; port++)
        {
            if (OwnerOf(request, port, foreign) is not null)
                continue;

            try
            {
                var (socket, chosen) = port == 0
                    ? HostPortSocket.BindFree(
                        request.Protocol, request.HostIp, free => OwnerOf(request, free, foreign, []) is not null)
                    : (HostPortSocket.Bind(request.Protocol, request.HostIp, port), port);
                return new Reservation(endpointId, new PortMapping(chosen, request.ContainerPort, request.Protocol, request.HostIp),
                    socket);
            }
            catch (SocketException refused)
            {
                lastRefusal = refused;
                isJustReleased |= refused.SocketErrorCode == SocketError.AddressAlreadyInUse
                    && _released.Any(mapping => Overlaps(mapping, request, port));
            }
        }

        return mayWait && isJustReleased
            ? null
            : throw PortRefusal.Taken(request, OwnerOf(request, request.HostPort, foreign), lastRefusal);
    }

    // `-p 80` twice requests two ports.
    private static IEnumerable<RequestedPort> WithoutRepetitions(IReadOnlyList<RequestedPort> requests) =>
        requests.Where((request, index) => request.HostPort == 0 || !requests.Take(index).Contains(request));

    private static void RequireNew(RequestedPort request, List<Reservation> made)
    {
        if (request.HostPort == request.HostPortEnd && request.HostPort != 0
            && made.FirstOrDefault(other => Overlaps(other.Mapping, request, request.HostPort)) is { } twice)
        {
            throw PortRefusal.Twice(request, twice.Mapping.ContainerPort);
        }
    }

    private Reservation[] HoldersOf(RequestedPort request) =>
    [
        .. _reservations.Where(held => held.Mapping.HostPort >= request.HostPort && held.Mapping.HostPort <= request.HostPortEnd
            && Overlaps(held.Mapping, request, held.Mapping.HostPort)),
    ];

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
            Close(reservation);
        }
    }

    private void Close(Reservation reservation)
    {
        if (reservation.Socket is null)
            return;

        reservation.Socket.Dispose();
        _released.Add(reservation.Mapping);
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

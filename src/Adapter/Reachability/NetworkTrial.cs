using System.Net.Sockets;
using Bridge.Adapter.Control;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Service;
using Bridge.Adapter.Settings;
using CniInvoker;

namespace Bridge.Adapter.Reachability;

/// <summary>
/// <c>cnm-cni test</c>: tries a network with throw-away containers and a namespace attached like a pod, and removes them, whatever happens.
/// </summary>
internal sealed class NetworkTrial(
    DockerEngine docker, ControlClient daemon, CniClient client, AdapterSettings settings, TimeProvider timeProvider)
{
    /// <summary>How much longer than the test containers live that it could not remove.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <param name="subject">The network.</param>
    /// <param name="outsideName">A name outside that the host may resolve.</param>
    /// <param name="timeout">For all but the removal, and the examination of the host where something failed.</param>
    /// <param name="cancellationToken">Ends the test; what it made is removed.</param>
    /// <exception cref="TrialException">It could not be run, was interrupted, or took too long.</exception>
    public async Task<TrialReport> RunAsync(
        TrialSubject subject, string outsideName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var alone = TakeLock();
        using var host = NetworkNamespace.OpenCurrent();
        var containers = new TrialContainers(docker, timeProvider);
        var pod = new TrialPod(client, Path.Combine(settings.RunDirectory, "test"));
        var removal = new TrialRemoval(containers, pod, daemon, host, timeProvider);
        var earlier = await removal.RunAsync(cancellationToken);
        if (earlier.Problems.Count > 0)
            throw new TrialException(string.Join(' ', ["An earlier cnm-cni test left something.", .. earlier.Problems]));

        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var after = new Removal([], []);
        try
        {
            TrialReport report;
            try
            {
                await using var stage = new TrialStage(host, await docker.VersionAsync(bounded.Token));
                var setting = new TrialSetting(docker, daemon, containers, pod, timeProvider);
                await setting.FillAsync(subject, stage, timeout + Margin, bounded.Token);
                report = await MeasureAsync(stage, subject, outsideName, bounded.Token);
            }
            finally
            {
                after = await removal.RunAsync(CancellationToken.None);
            }

            return await ExplainedAsync(report with { Removed = earlier.Removed, Remains = after.Problems }, cancellationToken);
        }
        catch (Exception failed) when (Explain(failed, timeout, cancellationToken) is { } explained)
        {
            string[] rest = after.Problems.Count > 0 ? [.. after.Problems] : ["What the test had made is removed."];
            throw new TrialException(string.Join(' ', [explained, .. rest]), failed);
        }
    }

    private async Task<TrialReport> MeasureAsync(
        TrialStage stage, TrialSubject subject, string outsideName, CancellationToken cancellationToken)
    {
        var (reaches, packets) = await new Measurement(stage, subject, outsideName, timeProvider).RunAsync(cancellationToken);
        return new TrialReport(
            new TestedNetwork(subject.Docker.Name, subject.Docker.Id, subject.Cni.Name,
                [.. subject.Cni.Plugins.Select(plugin => plugin.Type)], subject.Docker.IpamDriver),
            stage.Engine.Engine,
            [
                .. stage.Members.Select(member => new TestedMember(
                    member.Name, [.. member.Addresses.Select(address => $"{address}")], member.Mtu, Problem: null)),
                .. stage.Problems.Select(problem => new TestedMember(problem.Key, [], 0, problem.Value)),
            ],
            reaches, packets, Causes: [], Removed: [], Remains: []);
    }

    // The host is examined where something failed, without what the test had made on it. Each of its sources has a limit of time.
    private async Task<TrialReport> ExplainedAsync(TrialReport report, CancellationToken cancellationToken) => report.FailedCount == 0
        ? report
        : report with
        {
            Causes = LikelyCauses.Of(
                report.Reaches, report.Packets, report.Network.CniNetwork, await Diagnosis.RunAsync(settings, cancellationToken)),
        };

    private static string? Explain(Exception failure, TimeSpan timeout, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => "Interrupted.",
        OperationCanceledException =>
            $"The test was not done within {SettingsText.Duration(timeout)}; cnm-cni test --timeout allows more.",
        TrialException or DockerException or ControlException or IOException or SocketException =>
            $"{ErrorDescription.Sentence(failure.Message)} Nothing was tested.",
        _ => null,
    };

    // Two at once would remove each other's containers. The kernel releases it when the process ends.
    private FileStream TakeLock()
    {
        var path = Path.Combine(settings.RunDirectory, "test.lock");
        try
        {
            HostDirectories.Create(settings.RunDirectory, parents: HostDirectories.Readable);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (held.HResult == (int)Errno.EAGAIN)
        {
            throw new TrialException("Another cnm-cni test is running. Start this one when it has ended.", held);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new TrialException($"{path} cannot be locked: {ErrorDescription.OfFile(unusable)}", unusable);
        }
    }
}

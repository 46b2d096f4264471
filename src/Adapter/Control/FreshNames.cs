using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair;

namespace Bridge.Adapter.Control;

/// <summary>
/// Before an operator's question is answered: the names of containers that have just been started. Without Docker's word they stay
/// nameless for now.
/// </summary>
internal sealed class FreshNames(ContainerNames containers, TimeProvider timeProvider)
{
    // The question takes milliseconds. While dockerd starts it hangs, and the operator should not have to wait for that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task LearnAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await containers.LearnNewAsync(bounded.Token);
        }
        catch (DockerException)
        {
            // The background says in the log that Docker does not answer, and status says it to the operator.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The same.
        }
    }
}

namespace Bridge.Adapter.Cnm;

/// <summary>A method of Docker's network driver protocol. Idempotent, because Docker repeats calls after transport errors.</summary>
internal interface ICnmMethod<in TRequest, TResponse>
{
    /// <exception cref="CnmException">The error to show at the docker prompt.</exception>
    Task<TResponse> InvokeAsync(TRequest request, CancellationToken cancellationToken);
}

/// <summary>
/// An error whose text is shown unchanged at the docker prompt: what was attempted, on which object, why it failed, what to do.
/// </summary>
internal sealed class CnmException(string message, Exception? innerException = null) : Exception(message, innerException);

namespace Bridge.Adapter.Service;

/// <summary>What the service manager or the machine gave us is not what we can serve with; the message is for the person who set it up.</summary>
internal sealed class ServiceException(string message, Exception? cause = null) : Exception(message, cause);
